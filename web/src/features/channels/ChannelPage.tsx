import { Alert, Button, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { OctagonAlert } from 'lucide-react';
import { Link, useNavigate, useParams } from 'react-router';
import { api, must, type Schemas } from '../../api/client';
import { channelQuery } from '../../api/queries';
import { ChannelStateTag, Empty, PageHead, ProblemAlert, Ready, Time } from '../../components/ui';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { ActivityTab } from './ActivityTab';
import { DetailsTab } from './DetailsTab';
import { useMarketplaceNames } from './IntegrationsPage';
import { ListingsTab } from './ListingsTab';
import { PlanDialog } from './PlanDialog';
import { useState } from 'react';

const tabs = ['details', 'listings', 'activity'];

function BrakeBanner({ channel, brake }: { channel: Schemas['Channel']; brake: Schemas['Brake'] }) {
  const me = useMe();
  const [planOpen, setPlanOpen] = useState(false);
  const release = useSave({
    run: () => must(api.POST('/channels/{id}/release_brake', { params: { path: { id: channel.id } } })),
    stale: ['channel', 'channels', 'channel-diagnosis'],
    said: 'Released: the quantities are being sent.',
    then: () => setPlanOpen(false),
  });
  return (
    <Alert
      color="orange"
      icon={<OctagonAlert />}
      title="Stopped before sending"
      mb="md"
      c="#5c3800"
      role="alert"
    >
      <p className="brake-text">
        {brake.detail} Waiting since <Time at={brake.since} />.
      </p>
      <div className="row">
        <Button size="sm" color="orange.9" onClick={() => setPlanOpen(true)}>
          See the quantities
        </Button>
      </div>
      <ProblemAlert error={release.error} />
      {planOpen && (
        <PlanDialog
          channel={channel}
          filter={{}}
          title="What waits to be sent"
          confirm={me.can('channels', 'write') ? 'Let them go' : null}
          busy={release.isPending}
          error={release.error}
          onConfirm={() => release.mutate()}
          onClose={() => setPlanOpen(false)}
        />
      )}
    </Alert>
  );
}

export function ChannelPage() {
  const { id, tab = 'details' } = useParams();
  const navigate = useNavigate();
  const number = Number(id);
  const channel = useQuery({ ...channelQuery(number), enabled: Number.isInteger(number) && number > 0 });
  const names = useMarketplaceNames();
  if (!(number > 0) || !tabs.includes(tab)) return <Empty title="There is no such page" />;
  return (
    <Ready
      query={channel}
      head={<PageHead title="Channel" sub={<Link to="/integrations">Integrations</Link>} />}
    >
      {({ value, etag }) => (
        <>
          <PageHead
            title={value.name}
            tag={<ChannelStateTag state={value.state} />}
            sub={
              <>
                <Link to="/integrations">Integrations</Link> {'\u00b7'} {names(value.marketplace_ids)}{' '}
                {'\u00b7'} <span className="mono">{value.seller_id}</span>
              </>
            }
          />
          {value.brake && <BrakeBanner channel={value} brake={value.brake} />}
          {value.state_detail && !value.brake && (
            <Alert color={value.state === 'reconnect_needed' ? 'red' : 'orange'} mb="md" c="#5c3800">
              {value.state_detail}
            </Alert>
          )}
          <Tabs
            value={tab}
            onChange={(t) => t && void navigate(`/integrations/${number}/${t}`)}
            keepMounted={false}
          >
            <Tabs.List mb="md">
              <Tabs.Tab value="details">Details</Tabs.Tab>
              <Tabs.Tab value="listings">Listings</Tabs.Tab>
              <Tabs.Tab value="activity">Activity</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="details">
              <DetailsTab channel={value} etag={etag} />
            </Tabs.Panel>
            <Tabs.Panel value="listings">
              <ListingsTab channel={value} />
            </Tabs.Panel>
            <Tabs.Panel value="activity">
              <ActivityTab channel={value} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </Ready>
  );
}
