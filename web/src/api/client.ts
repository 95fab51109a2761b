// The one door to the server: typed by docs/openapi.yaml, errors as ProblemError, CSRF and idempotency keys added.
import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];

export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
}

const unreachable: Problem = {
  type: 'about:blank',
  title: 'No connection',
  status: 503,
  code: 'unavailable',
  detail: 'The server did not answer. Nothing is known to have been saved; try again.',
};

let csrfToken: string | null = null;
export function setCsrfToken(token: string | null) {
  csrfToken = token;
}

// Not crypto.randomUUID: that one is missing on plain http, where most shops begin.
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join(
    '',
  );
}

const headers: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && csrfToken) request.headers.set('X-CSRF-Token', csrfToken);
    if (request.method === 'POST') request.headers.set('Idempotency-Key', newKey());
    return request;
  },
};

// A POST whose answer got lost is sent once more with the same key: the server then gives its first answer again.
async function fetchAgain(request: Request): Promise<Response> {
  const again = request.headers.has('Idempotency-Key') ? request.clone() : null;
  try {
    return await fetch(request);
  } catch (e) {
    if (!again || request.signal.aborted) throw e;
    return fetch(again);
  }
}

export const api = createClient<paths>({ baseUrl: '/api/v1', fetch: fetchAgain });
api.use(headers);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function asProblem(error: unknown, response: Response): Problem {
  if (typeof error === 'object' && error !== null && 'code' in error && 'detail' in error)
    return error as Problem;
  return {
    ...unreachable,
    title: 'Unexpected answer',
    status: response.status,
    detail: `The server answered ${response.status} without saying why.`,
  };
}

async function settle<T>(call: Promise<Answer<T>>): Promise<Answer<T>> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e;
    throw new ProblemError(unreachable);
  }
  if (!answer.response.ok) throw new ProblemError(asProblem(answer.error, answer.response));
  return answer;
}

/** The data of an answer, or a ProblemError. */
export async function must<T>(call: Promise<Answer<T>>): Promise<T> {
  return (await settle(call)).data as T;
}

/** A resource with the ETag it was read at, for If-Match. */
export interface Tagged<T> {
  value: T;
  etag: string | null;
}

export async function mustTagged<T>(call: Promise<Answer<T>>): Promise<Tagged<T>> {
  const answer = await settle(call);
  return { value: answer.data as T, etag: answer.response.headers.get('ETag') };
}

export function ifMatch(etag: string | null): { 'If-Match'?: string } {
  return etag === null ? {} : { 'If-Match': etag };
}

/** What went wrong as a problem, whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    ...unreachable,
    title: 'Something went wrong',
    detail: error instanceof Error ? error.message : '',
  };
}

/** Looks up the message for one field by its JSON pointer. */
export function fieldErrors(error: unknown): (pointer: string) => string | undefined {
  const entries = error ? (problemOf(error).errors ?? []) : [];
  return (pointer) =>
    entries.find((e) => e.pointer === pointer || e.pointer.startsWith(pointer + '/'))?.detail;
}
