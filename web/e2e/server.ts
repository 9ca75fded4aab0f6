import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Where the programs of a demo answer; empty where none was started. */
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
    /** One for each worker, so that no file meets what another does at the same time. */
    demos: Demo[];
  }
}

const NONE: Demo = { towpath: '', stripe: '', infor: '', mail: '', binary: '' };

/**
 * Starts the real binary with its sandboxes, once for each worker: `TOWPATH_BINARY demo`. With
 * `TOWPATH_URL` a server that runs is taken instead, with `TOWPATH_STRIPE` and `TOWPATH_INFOR` as
 * its sandboxes; with neither, the tests say that they were left out.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { TOWPATH_URL, TOWPATH_BINARY, TOWPATH_STRIPE = '', TOWPATH_INFOR = '' } = process.env;
  const binary = TOWPATH_BINARY ?? '';
  const workers = project.config.maxWorkers;
  if (TOWPATH_URL || binary === '') {
    const given = { towpath: TOWPATH_URL ?? '', stripe: TOWPATH_STRIPE, infor: TOWPATH_INFOR };
    project.provide('demos', Array<Demo>(workers).fill({ ...NONE, ...given, binary }));
    return () => Promise.resolve();
  }
  const started = await Promise.all(Array.from({ length: workers }, () => start(binary)));
  project.provide(
    'demos',
    started.map(({ demo }) => demo),
  );
  return async () => {
    await Promise.all(started.map(({ stop }) => stop()));
  };
}

async function start(binary: string): Promise<{ demo: Demo; stop: () => Promise<void> }> {
  const data = await mkdtemp(join(tmpdir(), 'towpath-e2e-'));
  const program = spawn(binary, ['demo', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] });
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
  const demo = {
    // After its restart it serves at another address than it told first.
    towpath: /Serving on\. (http:\/\/\S+)/.exec(told)?.[1] ?? '',
    stripe: at('sandbox Stripe'),
    infor: at('sandbox Infor'),
    mail: at('sandbox mail'),
    binary,
  };
  const stop = async (): Promise<void> => {
    program.kill('SIGINT');
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  return { demo, stop };
}
