// A peer answers each line of standard input, {"call": NAME, ...}, with one of
// its own: {"seconds", "count", "sum"} or {"error"}. calls: from names to
// functions of the line; what they return is sent, with the time they took
// unless they say it.
import readline from 'node:readline';

export async function serve(calls) {
  for await (const line of readline.createInterface({input: process.stdin})) {
    let reply;
    try {
      const asked = JSON.parse(line);
      const begin = process.hrtime.bigint();
      const answer = await calls[asked.call](asked);
      reply = {seconds: Number(process.hrtime.bigint() - begin) / 1e9, ...answer};
    } catch (error) {
      reply = {error: String(error)};
    }
    console.log(JSON.stringify(reply));
  }
}
