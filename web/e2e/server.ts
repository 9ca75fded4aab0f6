import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Where the programs of the demo answer; empty where none was started. */
export interface Demo {
  towpath: string;
  stripe: string;
  infor: string;
  mail: string;
  /** The program itself, for tests that begin with an empty store. */
  binary: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    demo: Demo;
  }
}

const NONE: Demo = { towpath: '', stripe: '', infor: '', mail: '', binary: '' };

const nothing = (): Promise<void> => Promise.resolve();

/**
 * Starts the real binary with its sandboxes, once for all files: `TOWPATH_BINARY demo`. With
 * `TOWPATH_URL` a server that runs is taken instead, with `TOWPATH_STRIPE` and `TOWPATH_INFOR` as
 * its sandboxes; with neither, the tests say that they were left out.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { TOWPATH_URL, TOWPATH_BINARY, TOWPATH_STRIPE = '', TOWPATH_INFOR = '' } = process.env;
  const binary = TOWPATH_BINARY ?? '';
  if (TOWPATH_URL) {
    const given = { towpath: TOWPATH_URL, stripe: TOWPATH_STRIPE, infor: TOWPATH_INFOR, binary };
    project.provide('demo', { ...NONE, ...given });
    return nothing;
  }
  if (!TOWPATH_BINARY) {
    project.provide('demo', NONE);
    return nothing;
  }
  const data = await mkdtemp(join(tmpdir(), 'towpath-e2e-'));
  const program = spawn(TOWPATH_BINARY, ['demo', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(program, 'exit');
  let told = '';
  program.stdout.setEncoding('utf8');
  await new Promise<void>((ready, fail) => {
    program.stdout.on('data', (text: string) => {
      told += text;
      if (told.includes('Serving on.')) ready();
    });
    void ended.then(() => {
      fail(new Error(`the demo ended:\n${told}`));
    });
  });
  const at = (name: string): string =>
    new RegExp(`^ +${name} +(http://\\S+)$`, 'm').exec(told)?.[1] ?? '';
  project.provide('demo', {
    // After its restart it serves at another address than it told first.
    towpath: /Serving on\. (http:\/\/\S+)/.exec(told)?.[1] ?? '',
    stripe: at('sandbox Stripe'),
    infor: at('sandbox Infor'),
    mail: at('sandbox mail'),
    binary,
  });
  return async () => {
    program.kill('SIGINT');
    await ended;
    await rm(data, { recursive: true, force: true });
  };
}
