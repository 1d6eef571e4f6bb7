/** Whether the person may be measured: their browser's signal, their own choice, and what the vendor's page demands. */

import { type Store } from "./store";

export type Consent = "in" | "out" | "waiting";

interface Signals {
  doNotTrack?: string | null;
  globalPrivacyControl?: boolean;
}

const CHOICE = "choice";

/** "Do not track" and "Global Privacy Control", as the browser sends them. */
export function objects(signals: Signals = navigator as Signals, page = window as Signals): boolean {
  return signals.globalPrivacyControl === true || [signals.doNotTrack, page.doNotTrack].some((one) => one === "1");
}

export function consentOf(store: Store, isRequired: boolean): Consent {
  const choice = store.get(CHOICE);
  if (choice === "out" || (objects() && choice !== "despite")) return "out";
  return choice || !isRequired ? "in" : "waiting";
}

/** The choice outlives the page; it is all that is kept of somebody who says no. */
export function choose(store: Store, choice: "in" | "despite" | "out"): void {
  store.set(CHOICE, choice);
}
