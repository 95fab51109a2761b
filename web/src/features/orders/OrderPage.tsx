import { Alert, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Printer, TriangleAlert } from 'lucide-react';
import { Link, useParams } from 'react-router';
import { api, must, type Schemas } from '../../api/client';
import { channelsQuery, orderQuery } from '../../api/queries';
import { Empty, PageHead, ProblemAlert, Ready, Time } from '../../components/ui';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { CommitCard } from './CommitCard';
import { DetailsCard } from './DetailsCard';
import { ItemsCard } from './ItemsCard';
import { LinesCard } from './LinesCard';
import { StatusSelect } from './StatusSelect';
import { orderStale } from './useOrder';
import { warningWords } from './warnings';

type Order = Schemas['Order'];

/** Lines that no variation can fill, and the two ways to heal them. */
function UnknownSkuHelp({ order }: { order: Order }) {
  const skus = order.lines.flatMap((l) => (l.unknown_sku && l.sku !== null ? [l.sku] : []));
  return (
    <p className="alert-note">
      Give a variation this SKU in the <Link to="/catalog">Catalog</Link>
      {order.channel_id !== null && skus[0] !== undefined && (
        <>
          , or{' '}
          <Link to={`/integrations/${order.channel_id}/listings?q=${encodeURIComponent(skus[0])}`}>
            connect the listing
          </Link>
        </>
      )}
      . The line then heals by itself.
    </p>
  );
}

function Warnings({ order }: { order: Order }) {
  const me = useMe();
  const match = useSave({
    run: () => must(api.POST('/orders/{id}/match_lines', { params: { path: { id: order.id } } })),
    stale: orderStale,
    said: 'The lines match the items',
  });
  const over = order.warnings.some((w) => w.code === 'overcommitted');
  const unknown = order.warnings.some((w) => w.code === 'unknown_sku');
  if (order.warnings.length === 0) return null;
  return (
    <Alert
      color="orange"
      variant="light"
      icon={<TriangleAlert />}
      title="Please look at this"
      c="#5c3800"
      mb="md"
    >
      <ul className="plain-list">
        {order.warnings.map((w, i) => (
          <li key={i}>
            <strong>{warningWords[w.code]}:</strong> {w.detail}
          </li>
        ))}
      </ul>
      {unknown && <UnknownSkuHelp order={order} />}
      {over && me.can('orders', 'write') && (
        <Button size="xs" color="orange.9" mt="xs" loading={match.isPending} onClick={() => match.mutate()}>
          Make the lines match the items
        </Button>
      )}
      <ProblemAlert error={match.error} />
    </Alert>
  );
}

function Where({ order }: { order: Order }) {
  const channel = useQuery(channelsQuery).data?.find((c) => c.id === order.channel_id);
  return (
    <>
      <Link to="/orders">Orders</Link> {'\u00b7'} {channel?.name ?? order.organization}
      {order.channel_order_id && (
        <>
          {' \u00b7 '}
          <span className="mono">{order.channel_order_id}</span>
        </>
      )}
      {order.channel_status && (
        <>
          {' \u00b7 '}on Amazon <span className="mono">{order.channel_status}</span>
        </>
      )}
      {' \u00b7 '}ordered <Time at={order.ordered_at} />
    </>
  );
}

export function OrderPage() {
  const id = Number(useParams().id);
  const valid = Number.isInteger(id) && id > 0;
  const me = useMe();
  const order = useQuery({ ...orderQuery(id), enabled: valid });
  if (!valid) return <Empty title="There is no such page" />;
  return (
    <Ready query={order} head={<PageHead title="Order" sub={<Link to="/orders">Orders</Link>} />}>
      {({ value, etag }) => (
        <>
          <PageHead title={value.number} sub={<Where order={value} />}>
            <Button
              component="a"
              href={`/api/v1/orders/${value.id}/packing_list`}
              download
              variant="default"
              leftSection={<Printer size={18} aria-hidden="true" />}
            >
              Packing list
            </Button>
            <StatusSelect order={value} etag={etag} />
          </PageHead>
          <Warnings order={value} />
          <div className="order-cols">
            <div className="stack">
              <LinesCard order={value} />
              <ItemsCard order={value} />
            </div>
            <div className="stack commit-first">
              {me.can('orders', 'write') && <CommitCard order={value} />}
              <DetailsCard order={value} etag={etag} />
            </div>
          </div>
        </>
      )}
    </Ready>
  );
}
