import { flowing } from '../../help/flow.ts';
import { proseWidth } from '../../report/wrap.ts';
import { columnsOf } from './screen.ts';

/** A text after a command's flags, set for the terminal when it is asked for. */
export function flowingHelp(text: string | (() => string)): () => string {
  return () =>
    flowing(typeof text === 'string' ? text : text(), proseWidth(columnsOf(process.stdout)));
}
