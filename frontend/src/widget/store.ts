/** What outlives the page: one entry per fact, so that two tabs never write over each other. */

export interface Store {
  get(name: string): string | null;
  set(name: string, value: string): void;
  remove(name: string): void;
  names(): string[];
}

/** In this page only: for browsers that allow nothing else. */
export function memory(): Store {
  const held = new Map<string, string>();
  return {
    get: (name) => held.get(name) ?? null,
    set: (name, value) => void held.set(name, value),
    remove: (name) => void held.delete(name),
    names: () => [...held.keys()],
  };
}

/** In localStorage under a prefix; what it does not take (full, forbidden) stays in memory. */
export function lasting(prefix: string): Store {
  const spare = memory();
  let disk: Storage;
  try {
    disk = localStorage;
    disk.setItem(`${prefix}?`, "");
    disk.removeItem(`${prefix}?`);
  } catch {
    return spare;
  }
  return {
    get: (name) => spare.get(name) ?? disk.getItem(prefix + name),
    set(name, value) {
      try {
        disk.setItem(prefix + name, value);
        spare.remove(name);
      } catch {
        spare.set(name, value);
      }
    },
    remove(name) {
      spare.remove(name);
      disk.removeItem(prefix + name);
    },
    names: () => [
      ...spare.names(),
      ...Object.keys(disk)
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length)),
    ],
  };
}

/** A first-party cookie holds one value for all sub-domains of `domain`; only used where the vendor asks for it. */
export function readCookie(name: string): string | null {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : null;
}

export function writeCookie(name: string, value: string, domain: string): void {
  const place = domain && domain !== "yes" ? `;domain=${domain}` : "";
  const safe = location.protocol === "https:" ? ";secure" : "";
  const life = value ? 31_536_000 : 0;
  document.cookie = `${name}=${encodeURIComponent(value)};path=/;max-age=${life};samesite=lax${place}${safe}`;
}
