/** Sends events with Segment's client for Node: `node node_client.mjs HOST WRITE_KEY COUNT`. */

import console from "node:console";
import process from "node:process";
import { Analytics } from "@segment/analytics-node";

const [host, writeKey, count] = process.argv.slice(2);
const analytics = new Analytics({
  writeKey,
  host,
  flushAt: 4,
  flushInterval: 50,
  maxRetries: 30,
  httpRequestTimeout: 3000,
});
let failure = "";
analytics.on("error", (error) => (failure = String(error.code)));
for (let number = 0; number < Number(count); number += 1) {
  analytics.track({ userId: `user-${number % 7}`, event: "Node", properties: { number } });
}
await analytics.closeAndFlush({ timeout: 60_000 });
console.log(failure);
process.exit(failure ? 1 : 0);
