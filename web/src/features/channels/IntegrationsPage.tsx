import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { Link } from 'react-router';
import type { Schemas } from '../../api/client';
import { channelDiagnosisQuery, channelKindsQuery, channelsQuery } from '../../api/queries';
import { ChannelStateTag, Empty, Findings, PageHead, Ready, Time } from '../../components/ui';
import { count } from '../../lib/format';
import { useMe } from '../../lib/me';

const findingsShown = 3;

export function useMarketplaceNames() {
  const kinds = useQuery(channelKindsQuery);
  const all = kinds.data?.flatMap((k) => k.regions).flatMap((r) => r.marketplaces) ?? [];
  return (ids: string[]) => ids.map((id) => all.find((m) => m.id === id)?.name ?? id).join(', ');
}

function ChannelCard({ channel }: { channel: Schemas['Channel'] }) {
  const diagnosis = useQuery(channelDiagnosisQuery(channel.id));
  const names = useMarketplaceNames();
  const f = channel.figures;
  const findings = diagnosis.data ?? [];
  return (
    <article className="card stack tight" aria-label={channel.name}>
      <div className="row apart">
        <h2>
          <Link className="linklike" to={`/integrations/${channel.id}/listings`}>
            {channel.name}
          </Link>
        </h2>
        <ChannelStateTag state={channel.state} />
      </div>
      <span className="under">{names(channel.marketplace_ids)}</span>
      {channel.state_detail && <p className="hint">{channel.state_detail}</p>}
      <dl className="figures four">
        <div>
          <dt>Listings</dt>
          <dd>{count(f.listings)}</dd>
        </div>
        <div>
          <dt>Connected</dt>
          <dd>{count(f.connected_listings)}</dd>
        </div>
        <div>
          <dt>Waiting to push</dt>
          <dd>{count(f.pushes_waiting)}</dd>
        </div>
        <div>
          <dt>Orders</dt>
          <dd>{count(f.orders)}</dd>
        </div>
      </dl>
      <dl className="figures four small">
        <div>
          <dt>Inventory sync</dt>
          <dd>{channel.inventory_sync ? 'on' : 'off'}</dd>
        </div>
        <div>
          <dt>Last push</dt>
          <dd>
            <Time at={f.last_push_at} />
          </dd>
        </div>
        <div>
          <dt>Order import</dt>
          <dd>{channel.order_import ? 'on' : 'off'}</dd>
        </div>
        <div>
          <dt>Last order poll</dt>
          <dd>
            <Time at={f.last_order_poll_at} />
          </dd>
        </div>
      </dl>
      <Findings findings={findings.slice(0, findingsShown)} />
      {findings.length > findingsShown && (
        <Link className="linklike" to={`/integrations/${channel.id}/activity`}>
          {findings.length - findingsShown} more
        </Link>
      )}
      <div className="row">
        <Button component={Link} to={`/integrations/${channel.id}/listings`} variant="light" size="sm">
          Listings
        </Button>
        <Button component={Link} to={`/integrations/${channel.id}/details`} variant="default" size="sm">
          Details
        </Button>
        <Button component={Link} to={`/integrations/${channel.id}/activity`} variant="default" size="sm">
          Activity
        </Button>
      </div>
    </article>
  );
}

export function IntegrationsPage() {
  const channels = useQuery(channelsQuery);
  const me = useMe();
  const add = me.can('channels', 'full') && (
    <Button component={Link} to="/integrations/new" leftSection={<Plus size={18} aria-hidden="true" />}>
      Add Amazon channel
    </Button>
  );
  return (
    <>
      <PageHead title="Integrations" sub="Sales channels and how well they are in step with the stock">
        {add}
      </PageHead>
      <Ready query={channels}>
        {(list) =>
          list.length === 0 ? (
            <div className="card">
              <Empty title="No channel yet">
                <p>
                  Connect an Amazon seller account: its listings come in, and quantities follow your stock.
                </p>
                {add}
              </Empty>
            </div>
          ) : (
            <div className="cards">
              {list.map((c) => (
                <ChannelCard key={c.id} channel={c} />
              ))}
            </div>
          )
        }
      </Ready>
    </>
  );
}
