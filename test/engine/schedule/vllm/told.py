"""vLLM's own scheduler, which says what it does: a line of JSON for every request that comes, step, and end.

PYTHONPATH=<this folder> TOLD=steps.ndjson vllm serve … --scheduler-cls told.Told
python3 told.py steps.ndjson MAX_NUM_BATCHED_TOKENS > trace.ndjson   # names of blocks in the place of tokens
"""

import json
import os
import sys


def recorded(path, max_batched_tokens):
    events = [json.loads(line) for line in open(path)]
    engine = next(event for event in events if event["e"] == "engine")
    outputs = {event["id"]: event["output"] for event in events if event["e"] == "end"}
    names, requests, numbers, lines = {}, [], {}, []
    for event in events:
        if event["e"] == "add":
            tokens = event["prompt"] + outputs.get(event["id"], [])
            own = []
            for at in range(0, len(tokens) - engine["size"] + 1, engine["size"]):
                key = (own[-1] if own else -1, tuple(tokens[at : at + engine["size"]]))
                own.append(names.setdefault(key, len(names)))
            numbers[event["id"]] = len(requests)
            requests.append([len(event["prompt"]), len(tokens) - len(event["prompt"]), own])
            lines.append(["add", numbers[event["id"]]])
        elif event["e"] == "step" and lines:
            rows, new = ([[numbers[i], n] for i, n in event[of].items()] for of in ("rows", "new"))
            lines.append(["step", rows, new, event["free"]])
        elif event["e"] == "end":
            lines.append(["end", numbers[event["id"]], event["free"]])
    head = {"blocks": engine["blocks"], "blockTokens": engine["size"], "maxBatchedTokens": max_batched_tokens}
    return [head, *({"request": one} for one in requests), *lines]


if __name__ == "__main__":
    for one in recorded(sys.argv[1], int(sys.argv[2])):
        print(json.dumps(one, separators=(",", ":")))
else:
    from vllm.v1.core.sched.scheduler import Scheduler

    class Told(Scheduler):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self._out = open(os.environ["TOLD"], "a", buffering=1)
            self._tell(e="engine", blocks=len(self._pool.blocks), size=self.block_size)

        @property
        def _pool(self):
            return self.kv_cache_manager.block_pool

        def _tell(self, **what):
            self._out.write(json.dumps(what) + "\n")

        def add_request(self, request):
            super().add_request(request)
            self._tell(e="add", id=request.request_id, prompt=list(request.prompt_token_ids))

        def schedule(self, *args, **kwargs):
            waiting = len(self.waiting)
            step = super().schedule(*args, **kwargs)
            if step.total_num_scheduled_tokens or waiting:
                new = {one.req_id: one.num_computed_tokens for one in step.scheduled_new_reqs}
                self._tell(e="step", rows=step.num_scheduled_tokens, new=new, free=self._pool.get_num_free_blocks())
            return step

        def _free_request(self, request, *args, **kwargs):
            result = super()._free_request(request, *args, **kwargs)
            free = self._pool.get_num_free_blocks()
            self._tell(e="end", id=request.request_id, output=list(request.output_token_ids), free=free)
            return result
