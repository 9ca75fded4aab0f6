import { pictureOf } from './model/picture';
import { layoutOf } from './model/rows';
import type { Editor } from './store/editor';

const SCALE = 2;
/** Browsers draw no higher picture. */
const HIGHEST_PX = 16_000;

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

async function png(svg: string, width: number, height: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  const scale = Math.min(SCALE, HIGHEST_PX / height);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const paint = canvas.getContext('2d');
  if (!paint) throw new Error('the browser draws no pictures');
  paint.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture is too large'))));
  });
}

/** Saves the whole flow, unfolded, as a picture. */
export async function savePicture(editor: Editor, kind: 'svg' | 'png'): Promise<void> {
  const { document, catalog, flow } = editor;
  const { svg, width, height } = pictureOf(document, layoutOf(document, new Set()), catalog);
  try {
    const blob =
      kind === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : await png(svg, width, height);
    save(blob, `${flow}.${kind}`);
    editor.say(`Saved the picture as ${flow}.${kind}`);
  } catch (error) {
    editor.say(
      `No picture was saved: ${error instanceof Error ? error.message : String(error)}`,
      'refused',
    );
  }
}
