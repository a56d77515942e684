import { escaped } from './letters.ts';

/** A node of the picture that is being drawn: as much of a document as the drawing library asks of one. */
export type Node = Element | Text;

interface SvgDocument {
  readonly createElementNS: (space: string, name: string) => Element;
  readonly createTextNode: (text: string) => Text;
  readonly documentElement: Element;
}

const SVG = 'http://www.w3.org/2000/svg';

export class Text {
  readonly nodeType = 3;
  parentNode: Element | null = null;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return escaped(this.#text);
  }
}

export class Element {
  readonly nodeType = 1;
  readonly namespaceURI = SVG;
  readonly ownerDocument: SvgDocument = SVG_DOCUMENT;
  readonly tagName: string;
  readonly childNodes: Node[] = [];
  readonly attributes = new Map<string, string>();
  parentNode: Element | null = null;

  constructor(tagName: string) {
    this.tagName = tagName;
  }

  setAttribute(name: string, value: unknown): void {
    this.attributes.set(name, String(value));
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }

  hasAttribute(name: string): boolean {
    return this.attributes.has(name);
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  appendChild<T extends Node>(child: T): T {
    return this.insertBefore(child, null);
  }

  insertBefore<T extends Node>(child: T, before: Node | null): T {
    child.parentNode?.removeChild(child);
    const at = before ? this.childNodes.indexOf(before) : -1;
    this.childNodes.splice(at < 0 ? this.childNodes.length : at, 0, child);
    child.parentNode = this;
    return child;
  }

  removeChild<T extends Node>(child: T): T {
    this.childNodes.splice(this.childNodes.indexOf(child), 1);
    child.parentNode = null;
    return child;
  }

  set textContent(text: string) {
    this.childNodes.length = 0;
    this.appendChild(new Text(text));
  }

  toString(): string {
    const attributes = [...this.attributes].map(
      ([name, value]) => ` ${name}="${inTenths(name, value)}"`,
    );
    return `<${this.tagName}${attributes.join('')}${this.#inside()}`;
  }

  #inside(): string {
    return this.childNodes.length ? `>${this.childNodes.join('')}</${this.tagName}>` : '/>';
  }
}

const GEOMETRY = new Set('d x y x1 x2 y1 y2 cx cy width height transform points'.split(' '));

/** Of a pixel nobody sees more than a tenth. */
function inTenths(name: string, value: string): string {
  if (!GEOMETRY.has(name)) return escaped(value);
  return value.replace(/-?\d+\.\d\d+(?![\dem])/g, (number) =>
    String(Math.round(10 * Number(number)) / 10),
  );
}

/** Where the elements of a picture come from. */
export const SVG_DOCUMENT: SvgDocument = {
  createElementNS: (_space, name) => new Element(name),
  createTextNode: (text) => new Text(text),
  get documentElement() {
    return new Element('svg');
  },
};
