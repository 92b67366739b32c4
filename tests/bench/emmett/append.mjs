// Appends one event to each of many new streams of Emmett's MongoDB event store, from writers that
// each wait for their own answer; prints the seconds that took.
//
//   node append.mjs <mongo uri> <database> <writers> <appends in all> <characters of text>
import { getMongoDBEventStore } from "@event-driven-io/emmett-mongodb";
import { MongoClient } from "mongodb";

const [uri, databaseName, writers, count, characters] = process.argv.slice(2);
const client = new MongoClient(uri, { writeConcern: { w: "majority", journal: true } });
await client.connect();
const store = getMongoDBEventStore({
  client,
  storage: { type: "COLLECTION_PER_STREAM_TYPE", databaseName },
});
const event = { type: "Noted", data: { text: "x".repeat(Number(characters)) } };
const run = crypto.randomUUID();
let next = 0;

async function write() {
  while (next < Number(count)) {
    await store.appendToStream(`note:${run}-${next++}`, [event]);
  }
}

await store.appendToStream(`note:${run}-warm`, [event]);
const began = performance.now();
await Promise.all(Array.from({ length: Number(writers) }, write));
console.log((performance.now() - began) / 1000);
await client.close();
