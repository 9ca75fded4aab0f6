import { answer, answerWithTag, client } from './client';
import type { components } from './schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

type Schemas = components['schemas'];
export type Account = Schemas['AccountOut'];
export type Token = Schemas['TokenOut'];
export type AuditRow = Schemas['AuditOut'];
export type Verified = Schemas['VerifiedOut'];
export type Rules = Schemas['Rules'];

/** From the least to the most that is allowed. */
export const ROLES = ['viewer', 'operator', 'editor', 'approver', 'admin'];

const PAGE = 100;

export const accounts = queryOptions({
  queryKey: ['accounts'],
  queryFn: () => answer(client.GET('/api/v1/accounts', { params: { query: { limit: 200 } } })),
});

export const makeAccount = (body: Schemas['AccountIn']) =>
  answer(client.POST('/api/v1/accounts', { body }));

export const changeAccount = ({ id, revision }: Account, body: Schemas['AccountChangeIn']) =>
  answer(
    client.PATCH('/api/v1/accounts/{id}', {
      params: { path: { id }, header: { 'If-Match': `"${revision}"` } },
      body,
    }),
  );

export const tokens = queryOptions({
  queryKey: ['tokens'],
  queryFn: () => answer(client.GET('/api/v1/tokens', { params: { query: { limit: 200 } } })),
});

/** The answer has the token itself, this once. */
export const makeToken = (body: Schemas['TokenIn']) =>
  answer(client.POST('/api/v1/tokens', { body }));

export const revokeToken = (id: string) =>
  answer(client.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }));

export const rules = queryOptions({
  queryKey: ['rules'],
  queryFn: () => answerWithTag(client.GET('/api/v1/rules')),
});

export const putRules = (tag: string, body: Rules) =>
  answer(client.PUT('/api/v1/rules', { params: { header: { 'If-Match': tag } }, body }));

export const proposals = queryOptions({
  queryKey: ['proposals'],
  queryFn: () => answer(client.GET('/api/v1/proposals', { params: { query: { limit: 100 } } })),
});

export const decide = (id: string, verdict: 'approve' | 'reject', reason: string) =>
  answer(
    verdict === 'approve'
      ? client.POST('/api/v1/proposals/{id}/approve', {
          params: { path: { id } },
          body: { reason },
        })
      : client.POST('/api/v1/proposals/{id}/reject', {
          params: { path: { id } },
          body: { reason },
        }),
  );

/** Who did what, newest first. */
export const audit = (subject: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['audit', subject],
    queryFn: ({ pageParam: after }) =>
      answer(client.GET('/api/v1/audit', { params: { query: { subject, limit: PAGE, after } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

/** Computes the whole chain anew; with a row that was kept elsewhere also against that. */
export const verifyAudit = (kept: string) =>
  answer(client.POST('/api/v1/audit/verify', { body: kept ? { kept } : {} }));
