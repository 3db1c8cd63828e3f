// fetch-sparql-endpoint and sparql-http-client (npm) against a server.
//
// Usage: node javascript_clients.mjs SERVER_URL KEY, where the two packages are installed.
import { SparqlEndpointFetcher } from 'fetch-sparql-endpoint'
import SparqlClient from 'sparql-http-client'
import rdf from '@rdfjs/data-model'

const [server, key] = process.argv.slice(2)
const endpointUrl = `${server}/databases/main/sparql`
const storeUrl = `${server}/databases/main/rdf-graph`
let failures = 0

function check (name, got, want) {
  const good = JSON.stringify(got) === JSON.stringify(want)
  if (!good) failures++
  console.log(good ? `ok   ${name}` : `FAIL ${name}: ${JSON.stringify(got)}, not ${JSON.stringify(want)}`)
}

async function attempt (name, run) {
  try { await run() } catch (error) { failures++; console.log(`FAIL ${name}: ${error}`) }
}

async function all (stream) {
  const items = []
  for await (const item of stream) items.push(item)
  return items
}

async function fetcher (method) {
  const client = new SparqlEndpointFetcher({ method, defaultHeaders: new Headers({ 'X-API-Key': key }) })
  const name = `fetch-sparql-endpoint ${method}`
  await client.fetchUpdate(endpointUrl,
    'CLEAR ALL; INSERT DATA { <a:s> <a:p> 1, "zwei"@de . GRAPH <a:g> { <a:s> <a:p> <a:o> } }')
  const rows = await all(await client.fetchBindings(endpointUrl, 'SELECT ?o { <a:s> <a:p> ?o } ORDER BY ?o'))
  check(`${name}: rows`, rows.map(row => row.o.value).sort(), ['1', 'zwei'])
  check(`${name}: ask`, await client.fetchAsk(endpointUrl, 'ASK { GRAPH <a:g> { ?s ?p <a:o> } }'), true)
  const triples = await all(await client.fetchTriples(endpointUrl, 'CONSTRUCT WHERE { ?s ?p ?o }'))
  check(`${name}: triples`, triples.length, 2)
  let refused = ''
  try { await client.fetchBindings(endpointUrl, 'SELECT ?x WHERE { ?x } }') } catch (error) { refused = String(error) }
  check(`${name}: a wrong query is an error`, refused !== '', true)
}

async function sparqlHttpClient () {
  const client = new SparqlClient({ endpointUrl, updateUrl: endpointUrl, storeUrl, headers: { 'X-API-Key': key } })
  const name = 'sparql-http-client'
  for (const operation of ['get', 'postUrlencoded', 'postDirect']) {
    const rows = await all(client.query.select('SELECT ?o { <a:s> <a:p> ?o }', { operation }))
    check(`${name}: select ${operation}`, rows.length, 2)
    check(`${name}: ask ${operation}`, await client.query.ask('ASK { <a:s> ?p 1 }', { operation }), true)
    check(`${name}: construct ${operation}`,
      (await all(client.query.construct('CONSTRUCT WHERE { ?s ?p ?o }', { operation }))).length, 2)
  }
  // Its postDirect calls an update application/sparql-query, which no server may take for one.
  await client.query.update('INSERT DATA { <a:u> <a:p> <a:o> }')
  check(`${name}: update`, await client.query.ask('ASK { <a:u> ?p ?o }'), true)
  const graph = rdf.namedNode('http://example.org/store')
  const quad = n => rdf.quad(rdf.namedNode('a:s'), rdf.namedNode('a:p'), rdf.literal(String(n)), graph)
  const { Readable } = await import('node:stream')
  await client.store.put(Readable.from([quad(1), quad(2)]), { graph })
  await client.store.post(Readable.from([quad(3)]), { graph })
  check(`${name}: store`, (await all(client.store.get(graph))).map(q => q.object.value).sort(), ['1', '2', '3'])
}

await attempt('fetch-sparql-endpoint POST', () => fetcher('POST'))
await attempt('fetch-sparql-endpoint GET', () => fetcher('GET'))
await attempt('sparql-http-client', sparqlHttpClient)
process.exit(failures === 0 ? 0 : 1)
