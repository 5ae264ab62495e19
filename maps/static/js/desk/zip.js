/* The parts of a Shapefile as one ZIP, stored as they are: the service takes a Shapefile as that alone. */

Kawasan.zip = (() => {
  "use strict";

  // Names in UTF-8 (APPNOTE 4.4.4, bit 11); stored; a day that never changes, so that the same files make the same ZIP.
  const [VERSION, FLAGS, STORED, TIME, DAY] = [20, 0x0800, 0, 0, 0x21];

  /** Numbers in little-endian order. @param {[number, 2 | 4][]} fields */
  function packed(fields) {
    const bytes = new DataView(new ArrayBuffer(fields.reduce((sum, [, size]) => sum + size, 0)));
    let at = 0;
    for (const [value, size] of fields) {
      if (size === 2) bytes.setUint16(at, value, true);
      else bytes.setUint32(at, value, true);
      at += size;
    }
    return bytes;
  }

  /** @param {File[]} files  @param {string} name */
  async function zipped(files, name) {
    /** @type {BlobPart[]} */
    const content = [];
    /** @type {BlobPart[]} */
    const directory = [];
    let [offset, directorySize] = [0, 0];
    for (const file of files) {
      const [said, crc] = [new TextEncoder().encode(file.name), await Kawasan.parts.crcOf(file)];
      /** @type {[number, 2 | 4][]} */
      const facts = [[VERSION, 2], [FLAGS, 2], [STORED, 2], [TIME, 2], [DAY, 2], [crc, 4], [file.size, 4], [file.size, 4], [said.length, 2], [0, 2]];
      const header = packed([[0x04034b50, 4], ...facts]);
      const entry = packed([[0x02014b50, 4], [VERSION, 2], ...facts, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]);
      content.push(header, said, file);
      directory.push(entry, said);
      offset += header.byteLength + said.length + file.size;
      directorySize += entry.byteLength + said.length;
    }
    const end = packed([[0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [directorySize, 4], [offset, 4], [0, 2]]);
    return new File([...content, ...directory, end], name, { type: "application/zip" });
  }

  return { zipped };
})();
