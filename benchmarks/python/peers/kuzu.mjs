// Kuzu's npm package, a property graph: people and groups are nodes, the score is
// a column, member and knows are relationships. Its calls that
// wait are quicker here than those that promise.
import kuzu from 'kuzu';
import {serve} from './lines.mjs';

let database, connection;

const ask = text => connection.querySync(text);

function load({path, folder}) {
  database = new kuzu.Database(path || ':memory:');
  connection = new kuzu.Connection(database);
  for (const text of [
    'CREATE NODE TABLE Person(name STRING PRIMARY KEY, score DOUBLE)',
    'CREATE NODE TABLE Team(name STRING PRIMARY KEY)',
    'CREATE REL TABLE Member(FROM Person TO Team)',
    'CREATE REL TABLE Knows(FROM Person TO Person)',
    `COPY Person FROM "${folder}/people.csv"`,
    `COPY Team FROM "${folder}/groups.csv"`,
    `COPY Member FROM "${folder}/member.csv"`,
    `COPY Knows FROM "${folder}/knows.csv"`,
    ...(path ? ['CHECKPOINT'] : []),
  ]) ask(text).close();
  return {};
}

// It answers objects, one a row; one at a time is quicker than all at once.
function* rows(result) {
  while (result.hasNext()) yield result.getNextSync();
  result.close();
}

serve({
  load,
  rows() {
    let count = 0, sum = 0;
    for (const row of rows(ask(
        'MATCH (s:Person)-[:Member]->(g:Team) RETURN s.name AS s, g.name AS g, s.score AS x'))) {
      count += 1;
      sum += row.x * (row.s.length + row.g.length);
    }
    return {count, sum};
  },
  points({people}) {
    const query = connection.prepareSync('MATCH (s:Person {name: $s}) RETURN s.score AS x');
    let sum = 0;
    for (const s of people) {
      const result = connection.executeSync(query, {s});
      sum += result.getNextSync().x;
      result.close();
    }
    return {count: people.length, sum};
  },
  groups() {
    let count = 0, sum = 0;
    for (const row of rows(ask(
        'MATCH (s:Person)-[:Member]->(g:Team) RETURN g.name AS g, COUNT(*) AS n'))) {
      count += 1;
      sum += Number(row.n) * row.g.length;
    }
    return {count, sum};
  },
  hops() {
    const [row] = rows(ask('MATCH (a:Person)-[:Knows]->(b:Person)-[:Knows]->(c:Person) RETURN COUNT(*) AS n'));
    return {count: 1, sum: Number(row.n)};
  },
});
