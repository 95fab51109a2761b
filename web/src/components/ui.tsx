// Small parts that every page uses.
import { Alert, Badge, Button, Loader, Text } from '@mantine/core';
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { problemOf, type Schemas } from '../api/client';
import { isActive, type Run } from '../api/queries';
import { ago, count, dateTime, signed, words } from '../lib/format';

export function PageHead({
  title,
  sub,
  children,
  tag,
}: {
  title: string;
  sub?: ReactNode;
  tag?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className="head">
      <div>
        <div className="row">
          <h1>{title}</h1>
          {tag}
        </div>
        {sub && <div className="sub">{sub}</div>}
      </div>
      {children && <div className="actions">{children}</div>}
    </div>
  );
}

export function Card({
  title,
  hint,
  action,
  children,
  className = '',
}: {
  title?: string;
  hint?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section className={`card ${className}`} aria-label={title}>
      {(title || action) && (
        <div className="row apart">
          {title && <h2>{title}</h2>}
          {action}
        </div>
      )}
      {hint && <p className="hint">{hint}</p>}
      {children}
    </section>
  );
}

/** A problem in the server's words. Messages for `fields` stand beside those fields and are not repeated here. */
export function ProblemAlert({ error, fields = [] }: { error: unknown; fields?: string[] }) {
  if (!error) return null;
  const problem = problemOf(error);
  const rest = (problem.errors ?? []).filter(
    (e) => !fields.some((f) => e.pointer === f || e.pointer.startsWith(f + '/')),
  );
  return (
    <Alert color="red" variant="light" icon={<CircleAlert />} title={problem.title} role="alert" c="#7a1710">
      <Text size="sm" c="#7a1710">
        {problem.detail}
      </Text>
      {rest.length > 0 && (
        <ul>
          {rest.map((e, i) => (
            <li key={i}>
              <code>{e.pointer}</code> {e.detail}
            </li>
          ))}
        </ul>
      )}
    </Alert>
  );
}

export function Loading({ what = 'Loading' }: { what?: string }) {
  return (
    <div className="empty" role="status">
      <Loader size="sm" aria-label={what} />
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h3>{title}</h3>
      {children}
    </div>
  );
}

/** Shows one of: the problem, a spinner, or the content. `head` stands above while there is no content. */
export function Ready<T>({
  query,
  head,
  children,
}: {
  query: {
    data: T | undefined;
    error: unknown;
    isPending: boolean;
    isFetching: boolean;
    refetch: () => unknown;
  };
  head?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (!query.error) {
    return (
      <>
        {head}
        <Loading />
      </>
    );
  }
  return (
    <div className="stack">
      {head}
      <ProblemAlert error={query.error} />
      {problemOf(query.error).status >= 500 && (
        <div>
          <Button variant="default" loading={query.isFetching} onClick={() => void query.refetch()}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

export function LoadMore({
  query,
  shown,
}: {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  shown: number;
}) {
  if (shown === 0) return null;
  return (
    <div className="more">
      <span>{query.hasNextPage ? `${count(shown)} shown` : `All ${count(shown)} shown`}</span>
      {query.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </div>
  );
}

/** A status as its title with a dot in its colour: colour is never the only sign. */
export function Dot({ color, children }: { color?: string | null; children: ReactNode }) {
  return (
    <span className="dot">
      <svg width="10" height="10" aria-hidden="true">
        <circle cx="5" cy="5" r="5" fill={color ?? '#8a94a8'} />
      </svg>
      {children}
    </span>
  );
}

export function Time({ at }: { at: string | null }) {
  if (!at) return <>never</>;
  return (
    <time dateTime={at} title={dateTime(at)}>
      {ago(at)}
    </time>
  );
}

export function Signed({ value }: { value: number | null }) {
  if (value === null) return <span aria-label="none">{'\u2013'}</span>;
  return <span className={value < 0 ? 'neg' : undefined}>{signed(value)}</span>;
}

const severityIcon = { ok: CircleCheck, info: Info, warning: TriangleAlert, error: CircleAlert };

export function SeverityIcon({ severity }: { severity: Schemas['Severity'] }) {
  const Icon = severityIcon[severity];
  return <Icon size={18} aria-label={severity} />;
}

export function Findings({ findings }: { findings: Schemas['Finding'][] }) {
  return (
    <ul className="findings">
      {findings.map((f, i) => (
        <li key={i} className={f.severity}>
          <SeverityIcon severity={f.severity} />
          <div>
            <p>{f.detail}</p>
            {f.action && <p className="action">{f.action}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}

const stateColor: Record<Schemas['ChannelState'], string> = {
  connected: 'green.9',
  suspect: 'orange.9',
  reconnect_needed: 'red.9',
  paused: 'gray.8',
  braked: 'orange.9',
};

export function ChannelStateTag({ state }: { state: Schemas['ChannelState'] }) {
  return (
    <Badge color={stateColor[state]} variant="filled" tt="none" size="lg">
      {words(state)}
    </Badge>
  );
}

const runWords: Record<Schemas['RunKind'], string> = {
  sync_listings: 'Sync listings',
  import_orders: 'Import orders',
  backfill_orders: 'Import older orders',
  push_quantities: 'Push quantities',
  import_catalog: 'Import the catalog',
  import_items: 'Import items',
  import_connections: 'Import connections',
  import_prices: 'Import purchase prices',
};

export function runTitle(run: Run): string {
  return runWords[run.kind];
}

const runColor: Record<Schemas['RunState'], string> = {
  queued: 'gray',
  running: 'brand',
  succeeded: 'green',
  failed: 'red',
  canceled: 'gray',
};

export function RunStateTag({ run }: { run: Run }) {
  return (
    <Badge color={runColor[run.state]} variant="light" tt="none" c={`${runColor[run.state]}.9`}>
      {words(run.state)}
    </Badge>
  );
}

/** Live progress of a run: a bar once the total is known, always the words. */
export function RunProgress({ run }: { run: Run }) {
  const label = `${runTitle(run)}: ${count(run.done)}${run.total === null ? '' : ` of ${count(run.total)}`}`;
  return (
    <div role="status" aria-live="polite">
      <div className="row apart">
        <strong>{label}</strong>
        <span className="under">{run.message ?? words(run.state)}</span>
      </div>
      {isActive(run) && (
        <progress
          className="fill run-bar"
          aria-label={label}
          {...(run.total === null ? {} : { value: run.done, max: Math.max(run.total, 1) })}
        />
      )}
      {run.error && <RunErrorText error={run.error} />}
    </div>
  );
}

export function RunErrorText({ error }: { error: NonNullable<Run['error']> }) {
  return (
    <>
      <span>{error.detail}</span>
      <ChannelWords message={error.channel_message} requestId={error.request_id} />
    </>
  );
}

/** The channel's own words and the id its support asks for. */
export function ChannelWords({ message, requestId }: { message: string | null; requestId: string | null }) {
  if (!message && !requestId) return null;
  return (
    <div className="quote">
      {message}
      {requestId && (
        <div>
          Request id <span className="mono">{requestId}</span>
        </div>
      )}
    </div>
  );
}
