// Oxigraph's npm package: a store in memory. Terms are taken as the values they
// stand for. It has no prepared queries: what changes is put into the text.
import fs from 'node:fs';
import oxigraph from 'oxigraph';
import {serve} from './lines.mjs';

const CHUNK_BYTES = 8 << 20;  // no string of JavaScript holds a large file
const base = 'urn:skg:';
let store;

function load({file}) {
  store = new oxigraph.Store();
  const bytes = fs.readFileSync(file);
  for (let begin = 0; begin < bytes.length;) {
    const end = bytes.length - begin <= CHUNK_BYTES ? bytes.length
      : bytes.lastIndexOf(10, begin + CHUNK_BYTES) + 1;
    store.load(bytes.subarray(begin, end).toString('utf8'),
               {format: 'application/n-triples', no_transaction: true, lenient: true});
    begin = end;
  }
  return {count: store.size, sum: 0};
}

const name = term => term.value.slice(base.length);
const select = text => store.query(`PREFIX : <${base}> ${text}`);

serve({
  load,
  rows() {
    let count = 0, sum = 0;
    for (const row of select('SELECT ?s ?g ?x { ?s :member ?g ; :score ?x }')) {
      const person = name(row.get('s')), group = name(row.get('g'));
      count += 1;
      sum += Number(row.get('x').value) * (person.length + group.length);
    }
    return {count, sum};
  },
  points({people}) {
    let sum = 0;
    for (const person of people) {
      sum += Number(select(`SELECT ?x { :${person} :score ?x }`)[0].get('x').value);
    }
    return {count: people.length, sum};
  },
  groups() {
    let count = 0, sum = 0;
    for (const row of select('SELECT ?g (COUNT(*) AS ?n) { ?s :member ?g } GROUP BY ?g')) {
      count += 1;
      sum += Number(row.get('n').value) * name(row.get('g')).length;
    }
    return {count, sum};
  },
  hops() {
    const [row] = select('SELECT (COUNT(*) AS ?n) { ?a :knows ?b . ?b :knows ?c }');
    return {count: 1, sum: Number(row.get('n').value)};
  },
});
