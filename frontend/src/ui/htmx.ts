import htmx from "htmx.org";

/** htmx without anything that a strict content security policy forbids; its own requests carry the CSRF token. */
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.disableInheritance = true;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;
htmx.config.scrollBehavior = "auto";
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "422", swap: true },
  { code: "[45]..", swap: false, error: true },
];

type SwapEvent = CustomEvent<{ shouldSwap: boolean; xhr: XMLHttpRequest }>;
type RequestEvent = CustomEvent<{ headers: Record<string, string> }>;

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  if (token) (event as RequestEvent).detail.headers["X-CSRFToken"] = token;
});

/** A refusal that says where it wants to be shown (a notice) is shown; the page beneath stays as it is. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event as SwapEvent;
  if (detail.xhr.status >= 400 && detail.xhr.getResponseHeader("HX-Retarget")) detail.shouldSwap = true;
});

/** Says what failed in a notice like those of the server: the page keeps an empty one for it. */
function say(text: string): void {
  const notice = document.querySelector<HTMLTemplateElement>("template#failure")?.content.cloneNode(true);
  if (!(notice instanceof DocumentFragment)) return;
  notice.querySelector("[data-says]")?.append(text);
  document.getElementById("toasts")?.append(notice);
}

document.addEventListener("htmx:sendError", () => say("The server cannot be reached. Nothing was changed."));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = (event as SwapEvent).detail;
  if (!xhr.getResponseHeader("HX-Retarget")) say(`That did not work (error ${xhr.status}). Nothing was changed.`);
});

export default htmx;
