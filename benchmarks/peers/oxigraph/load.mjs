// node load.mjs FILE: loads N-Triples into Oxigraph's in-memory store; prints
// the seconds it took and how many triples the store then has. Whole lines of
// a few MiB at a time: no string of JavaScript holds a large file.
import fs from 'node:fs';
import oxigraph from 'oxigraph';

const CHUNK_BYTES = 8 << 20;

const file = fs.openSync(process.argv[2], 'r');
const store = new oxigraph.Store();
let rest = Buffer.alloc(0);
let seconds = 0;
for (;;) {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const size = fs.readSync(file, chunk);
  const bytes = Buffer.concat([rest, chunk.subarray(0, size)]);
  const end = size === 0 ? bytes.length : bytes.lastIndexOf(10) + 1;
  rest = bytes.subarray(end);
  const lines = bytes.subarray(0, end).toString('utf8');
  const start = process.hrtime.bigint();
  store.load(lines, {format: 'application/n-triples', no_transaction: true, lenient: true});
  seconds += Number(process.hrtime.bigint() - start) / 1e9;
  if (size === 0) break;
}
console.log(`${seconds} ${store.size}`);
