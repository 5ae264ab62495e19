/* A file is brought to the service in parts. What was received is kept there, so a broken line, a closed
   page or a stopped service costs at most the piece that was under way. */

Kawasan.parts = (() => {
  "use strict";

  // A piece takes about so long: short enough to lose little, long enough to wait little between two.
  const PIECE_S = 4;
  const [LEAST_BYTES, MOST_BYTES] = [256 * 1024, 4 * 1024 * 1024];
  // Of a file that is read again so much at once, that a click is answered in between.
  const READ_BYTES = 512 * 1024;
  // A line of which nothing is heard for so long is taken for broken.
  const SILENCE_MS = 30_000;
  const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [1000, 30_000];
  const PIECE_TYPE = "application/offset+octet-stream";

  /** The line is broken, or the service does not answer: what was received stands, and it is tried again. */
  class Broken extends Error {}

  /** The service refuses, and says why. */
  class Refused extends Error {
    /** @param {number} status  @param {string} sentence */
    constructor(status, sentence) {
      super(sentence);
      this.status = status;
    }
  }

  /** The file is not what it was when its first part was sent. */
  class Changed extends Error {}

  const CRC = new Uint32Array(256).map((_, byte) => {
    let left = byte;
    for (let bit = 0; bit < 8; bit += 1) left = left & 1 ? (left >>> 1) ^ 0xedb88320 : left >>> 1;
    return left;
  });

  /** CRC-32 (ISO 3309) of bytes that follow others. No page without https has the browser's own digests.
   * @param {Uint8Array} bytes */
  function crc32(bytes, before = 0) {
    let crc = ~before;
    for (let at = 0; at < bytes.length; at += 1) crc = (crc >>> 8) ^ CRC[(crc ^ bytes[at]) & 255];
    return ~crc >>> 0;
  }

  /** The same, with time for a click in between. @param {Uint8Array} bytes */
  async function crcAfter(bytes, before = 0) {
    let crc = before;
    for (let at = 0; at < bytes.length; at += READ_BYTES) {
      crc = crc32(bytes.subarray(at, at + READ_BYTES), crc);
      await new Promise((resolve) => { setTimeout(resolve); });
    }
    return crc;
  }

  /** The CRC-32 of a file, read piece by piece. @param {Blob} file */
  async function crcOf(file) {
    let crc = 0;
    for (let at = 0; at < file.size; at += READ_BYTES) crc = crc32(await bytesOf(file.slice(at, at + READ_BYTES)), crc);
    return crc;
  }

  /** @param {Blob} piece */
  const bytesOf = async (piece) => new Uint8Array(await piece.arrayBuffer());
  /** @param {number} crc */
  const written = (crc) => crc.toString(16).padStart(8, "0");

  /** Wait, or until the line is back. @param {number} ms  @param {AbortSignal} signal */
  function waited(ms, signal) {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        window.removeEventListener("online", end);
        signal.removeEventListener("abort", end);
        if (signal.aborted) reject(signal.reason);
        else resolve(undefined);
      };
      const timer = setTimeout(end, ms);
      window.addEventListener("online", end);
      signal.addEventListener("abort", end);
    });
  }

  /**
   * One request; the browser tells of no `fetch` how much of it has gone.
   *
   * @param {string} method
   * @param {URL} address
   * @param {{headers: {[name: string]: string}, body?: XMLHttpRequestBodyInit, signal: AbortSignal, told?: (sent: number) => void}} asked
   * @returns {Promise<{status: number, answer: any, retryAfterMs: number}>}
   */
  function once(method, address, { headers, body, signal, told = () => {} }) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      let silence = 0;
      const abort = () => request.abort();
      const heard = () => {
        clearTimeout(silence);
        silence = setTimeout(abort, SILENCE_MS);
      };
      const end = () => {
        clearTimeout(silence);
        signal.removeEventListener("abort", abort);
        if (signal.aborted) reject(signal.reason);
        else if (!request.status) reject(new Broken());
        else resolve({ status: request.status, answer: parsed(request.responseText), retryAfterMs: 1000 * Number(request.getResponseHeader("Retry-After") || 0) });
      };
      request.open(method, address);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.upload.addEventListener("progress", ({ loaded }) => {
        heard();
        told(loaded);
      });
      request.addEventListener("loadend", end);
      signal.addEventListener("abort", abort);
      if (signal.aborted) abort();
      heard();
      request.send(body);
    });
  }

  /** @param {string} text */
  function parsed(text) {
    try {
      return JSON.parse(text);
    } catch {
      return {};
    }
  }

  /** Whether it is worth to ask again. @param {{status: number} | undefined} found  none of a broken line */
  const isPassing = (found) => !found || [408, 429, 502, 503, 504].includes(found.status);

  /** @param {{status: number, answer: any}} found */
  const refused = (found) => new Refused(found.status, found.answer.detail || "");

  /** Nothing, where the line is broken. @param {Parameters<typeof once>} asked */
  async function heard(...asked) {
    try {
      return await once(...asked);
    } catch (error) {
      if (error instanceof Broken) return undefined;
      throw error;
    }
  }

  /**
   * Wait for a line that is broken, longer and longer; of a service that is busy, as long as it says.
   *
   * @param {{status: number, answer: any, retryAfterMs: number} | undefined} found
   * @param {{signal: AbortSignal, broken: (isBroken: boolean, sentence?: string) => void}} line
   */
  async function wait(found, { signal, broken }, failures = 0) {
    if (found?.status !== 429) broken(true, found?.answer.detail);
    await waited(found?.retryAfterMs || Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS), signal);
  }

  /**
   * An answer, however long the line is broken.
   *
   * @param {Parameters<typeof once>} asked
   * @param {{signal: AbortSignal, broken: (isBroken: boolean, sentence?: string) => void}} line
   */
  async function patiently(asked, line) {
    for (let failures = 0; ; failures += 1) {
      const found = await heard(...asked);
      if (found && found.status < 300) {
        line.broken(false);
        return found.answer;
      }
      if (found && !isPassing(found)) throw refused(found);
      await wait(found, line, failures);
    }
  }

  /**
   * Bring a file, from wherever its receipt had stopped; its id when all of it was received.
   *
   * @param {File} file
   * @param {{
   *   below: (path: string) => URL,
   *   headers: {[name: string]: string},
   *   signal: AbortSignal,
   *   broken: (isBroken: boolean, sentence?: string) => void,
   *   begun: (part: {part: string, received: number}, hasOther: boolean) => void,
   *   told: (sent: number) => void,
   * }} how
   * @returns {Promise<string>}
   * @throws {Refused | Changed}
   */
  async function bring(file, { below, headers, signal, broken, begun, told }) {
    const line = { signal, broken };
    /** @param {string} method  @param {string} path  @param {object} [said] */
    const ask = (method, path, said) => {
      const asked = said ? { ...headers, "Content-Type": "application/json" } : headers;
      return patiently([method, below(path), { headers: asked, body: said && JSON.stringify(said), signal }], line);
    };

    // Also an announcement whose answer was lost is found so.
    const { parts } = await ask("GET", "/parts");
    const [likely, crcs] = [parts.filter(({ filename, bytes }) => filename === file.name && bytes === file.size), new Map()];
    let part;
    for (const one of likely) {
      if (!crcs.has(one.received)) crcs.set(one.received, await crcOf(file.slice(0, one.received)));
      if (!part && written(crcs.get(one.received)) === one.crc32) part = one;
    }
    const hasOther = likely.length > 0 && !part;
    part ||= await ask("POST", "/parts", { filename: file.name, bytes: file.size });
    begun(part, hasOther);

    let [at, crc, size, most, failures] = [part.received, crcs.get(part.received) || 0, LEAST_BYTES, MOST_BYTES, 0];
    const path = `/parts/${part.part}`;
    while (at < file.size) {
      const [from, bytes, since] = [at, await bytesOf(file.slice(at, at + size)), performance.now()];
      const said = { ...headers, "Content-Type": PIECE_TYPE, "Upload-Offset": String(from) };
      // Told while the piece is on its way.
      const after = crcAfter(bytes, crc);
      const found = await heard("PATCH", below(path), { headers: said, body: bytes, signal, told: (sent) => told(from + Math.min(sent, bytes.length)) });
      if (found?.status === 200) {
        [at, crc, part, failures] = [from + bytes.length, await after, found.answer, 0];
        const inTime = Math.round((bytes.length * 1000 * PIECE_S) / (performance.now() - since));
        size = Math.max(LEAST_BYTES, Math.min(most, inTime));
      } else {
        if (found?.status === 413 && bytes.length > LEAST_BYTES) {
          // What stands before the service may take less at once than it does.
          most = bytes.length / 2;
        } else if (isPassing(found)) {
          await wait(found, line, failures);
          failures += 1;
        } else if (found && found.status !== 409) {
          throw refused(found);
        }
        // What the service has is where to go on, however much of the piece that is.
        part = await ask("GET", path);
        [at, crc, size] = [part.received, await crcOf(file.slice(0, part.received)), LEAST_BYTES];
      }
      if (written(crc) !== part.crc32) throw new Changed();
      told(at);
    }
    return part.part;
  }

  return { bring, crcOf, patiently, Refused, Changed };
})();
