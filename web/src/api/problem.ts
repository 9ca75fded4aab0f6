/** What is wrong with one place of a document. */
export interface DocumentProblem {
  severity: string;
  path: string;
  line?: number;
  column?: number;
  code: string;
  message: string;
  cure: string;
}

/** An error as the server answers it (RFC 9457), or as we say it when no answer came. */
export interface ProblemDetails {
  status: number;
  title: string;
  detail: string;
  code: string;
  cure?: string;
  reference?: string;
  problems?: DocumentProblem[];
}

/** A refused or failed call, with the server's own words. */
export class ProblemError extends Error {
  constructor(readonly details: ProblemDetails) {
    super(details.detail);
    this.name = 'ProblemError';
  }
}

/** Reads an answer that is no success. */
export function problemOf(status: number, body: unknown): ProblemError {
  const given = typeof body === 'object' && body !== null ? (body as Partial<ProblemDetails>) : {};
  return new ProblemError({
    ...given,
    status,
    title: given.title ?? `Status ${status}`,
    detail: given.detail ?? `the server answered with status ${status} and no explanation`,
    code: given.code ?? `http_${status}`,
  });
}

/** What anything thrown says to a person. */
export function detailsOf(error: unknown): ProblemDetails {
  if (error instanceof ProblemError) return error.details;
  if (error instanceof TypeError) {
    return {
      status: 0,
      title: 'No answer',
      detail: 'the server cannot be reached',
      code: 'unreachable',
      cure: 'check that it runs and that you are connected; this page tries again by itself',
    };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { status: 0, title: 'Error', detail, code: 'page', cure: 'reload the page' };
}
