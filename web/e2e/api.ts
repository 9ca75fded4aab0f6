import { randomUUID } from 'node:crypto';

/** Calls that prepare what a test looks at, as a program would make them. */
export class Api {
  constructor(private readonly url: string) {}

  private async call(
    method: string,
    path: string,
    body?: unknown,
    tag?: string | null,
  ): Promise<{ data: Record<string, unknown>; tag: string | null }> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'Idempotency-Key': randomUUID(),
        ...(tag ? { 'If-Match': tag } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    const data = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    return { data, tag: answer.headers.get('etag') };
  }

  async get<T>(path: string): Promise<T> {
    return (await this.call('GET', path)).data as T;
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    return (await this.call('POST', path, body)).data as T;
  }

  async put(path: string, body: unknown): Promise<void> {
    await this.call('PUT', path, body);
  }

  /** Saves a draft, publishes it, and puts it in force. */
  async deploy(flow: string, document: string, environment: string): Promise<void> {
    await this.save(flow, document);
    const { tag } = await this.call('GET', `/flows/${flow}/draft`);
    const { data } = await this.call('POST', `/flows/${flow}/versions`, { reason: 'a test' }, tag);
    const target = { environment, version: data.version };
    const seen = await this.call('POST', `/flows/${flow}/deployments/preview`, target);
    const body = { ...target, reason: 'a test', waiting: 'finish' };
    await this.call('POST', `/flows/${flow}/deployments`, body, seen.tag);
  }

  /** Saves a draft of a flow, new or known. */
  async save(flow: string, document: string): Promise<void> {
    const { data } = await this.get<{ data: { flow: string }[] }>('/flows');
    if (!data.some((one) => one.flow === flow)) {
      await this.call('POST', '/flows', { document });
      return;
    }
    const { tag } = await this.call('GET', `/flows/${flow}/draft?check=false`);
    await this.call('PUT', `/flows/${flow}/draft`, { document }, tag);
  }
}
