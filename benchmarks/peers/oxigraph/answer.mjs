// node answer.mjs FILE.nt: loads the file into Oxigraph's in-memory store, says
// "ready", then answers each line "KIND FILE [OUTPUT]" (KIND query or update)
// by a line of JSON. The time is that of the call, which gives an array of
// maps of terms; OUTPUT gets the answer as SPARQL JSON, untimed.
import fs from 'node:fs';
import readline from 'node:readline';
import oxigraph from 'oxigraph';

const CHUNK_BYTES = 8 << 20;

function load(store, path) {
  const file = fs.openSync(path, 'r');
  let rest = Buffer.alloc(0);
  for (;;) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const size = fs.readSync(file, chunk);
    const bytes = Buffer.concat([rest, chunk.subarray(0, size)]);
    const end = size === 0 ? bytes.length : bytes.lastIndexOf(10) + 1;
    rest = bytes.subarray(end);
    store.load(bytes.subarray(0, end).toString('utf8'),
               {format: 'application/n-triples', no_transaction: true, lenient: true});
    if (size === 0) return;
  }
}

function termJson(term) {
  if (term.termType === 'NamedNode') return {type: 'uri', value: term.value};
  if (term.termType === 'BlankNode') return {type: 'bnode', value: term.value};
  const json = {type: 'literal', value: term.value};
  if (term.language) json['xml:lang'] = term.language;
  else json.datatype = term.datatype.value;
  return json;
}

function bindings(result) {
  if (typeof result === 'boolean') return [];
  return result.map(row => row instanceof Map
    ? Object.fromEntries([...row].filter(([, term]) => term).map(([name, term]) => [name, termJson(term)]))
    : {s: termJson(row.subject), p: termJson(row.predicate), o: termJson(row.object)});
}

function write(path, result) {
  const out = fs.openSync(path, 'w');
  if (typeof result === 'boolean') fs.writeSync(out, JSON.stringify({boolean: result}));
  else for (const row of bindings(result)) fs.writeSync(out, JSON.stringify(row) + '\n');
  fs.closeSync(out);
}

function answer(store, line) {
  const [kind, path, output] = line.split(' ');
  const text = fs.readFileSync(path, 'utf8');
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const result = kind === 'update' ? store.update(text) : store.query(text);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const used = process.cpuUsage(cpu);
  const rows = result === undefined ? 0 : typeof result === 'boolean' ? Number(result) : result.length;
  if (output) write(output, result);
  return {seconds, cpu: (used.user + used.system) / 1e6, rows};
}

const store = new oxigraph.Store();
load(store, process.argv[2]);
console.log('ready');
for await (const line of readline.createInterface({input: process.stdin})) {
  let reply;
  try {
    reply = answer(store, line);
  } catch (error) {
    reply = {error: String(error)};
  }
  console.log(JSON.stringify(reply));
}
