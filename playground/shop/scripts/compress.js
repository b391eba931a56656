// Writes a .br and a .gz beside what the server sends as text, so that it need not compress anything itself.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const folder = path.resolve(import.meta.dirname, '../../dist/shop/assets');

for (const name of await readdir(folder)) {
  if (!/\.(js|css|svg)$/.test(name)) continue;
  const content = await readFile(path.join(folder, name));
  await writeFile(path.join(folder, `${name}.br`), brotliCompressSync(content));
  await writeFile(path.join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
}
