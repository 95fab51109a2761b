import { Button, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, must, type Schemas } from '../../api/client';
import { channelKindsQuery } from '../../api/queries';
import { Card, ProblemAlert, Time } from '../../components/ui';
import { useSave } from '../../lib/save';
import { CredentialFields, MarketplaceChecks, noCredentials, SandboxFields, VerifyOutcome } from './account';
import type { ChannelDraft } from './DetailsTab';

/** Who this channel is on Amazon: name, marketplaces, keys, and the proof that they work. */
export function AccountCard({
  channel,
  draft,
  set,
  at,
  mayWrite,
  mayOwn,
}: {
  channel: Schemas['Channel'];
  draft: ChannelDraft;
  set: (change: ChannelDraft) => void;
  at: (pointer: string) => string | undefined;
  mayWrite: boolean;
  mayOwn: boolean;
}) {
  const kinds = useQuery(channelKindsQuery).data ?? [];
  const now = { ...channel, ...draft };
  const verify = useSave({
    run: () => must(api.POST('/channels/{id}/verify', { params: { path: { id: channel.id } } })),
    stale: ['channel', 'channels', 'channel-diagnosis'],
  });
  return (
    <Card title="Account">
      <div className="stack">
        <div className="cols2">
          <TextInput
            label="Name"
            maxLength={100}
            value={now.name}
            onChange={(e) => set({ name: e.currentTarget.value })}
            error={at('/name')}
            disabled={!mayWrite}
          />
          <TextInput
            label="Seller id"
            maxLength={50}
            value={now.seller_id}
            onChange={(e) => set({ seller_id: e.currentTarget.value })}
            error={at('/seller_id')}
            disabled={!mayWrite}
          />
        </div>
        <MarketplaceChecks
          region={channel.region}
          kinds={kinds}
          value={now.marketplace_ids}
          onChange={(marketplace_ids) => set({ marketplace_ids })}
          at={at}
        />
        <Switch
          label="Paused"
          description="Nothing is read from or sent to Amazon while it is paused"
          checked={now.paused}
          disabled={!mayWrite}
          onChange={(e) => set({ paused: e.currentTarget.checked })}
        />
        <div className="row">
          <span>
            Credentials set <Time at={channel.credentials_set_at} />
          </span>
          {mayOwn && !draft.credentials && (
            <Button variant="default" size="sm" onClick={() => set({ credentials: noCredentials })}>
              Replace credentials
            </Button>
          )}
          {mayWrite && (
            <Button variant="default" size="sm" loading={verify.isPending} onClick={() => verify.mutate()}>
              Verify
            </Button>
          )}
        </div>
        {draft.credentials && (
          <CredentialFields
            value={draft.credentials}
            onChange={(credentials) => set({ credentials })}
            at={at}
          />
        )}
        {mayOwn && (
          <details open={now.endpoint_url !== null || now.token_url !== null}>
            <summary>Sandbox addresses</summary>
            <SandboxFields
              endpoint={now.endpoint_url ?? ''}
              token={now.token_url ?? ''}
              onEndpoint={(url) => set({ endpoint_url: url === '' ? null : url })}
              onToken={(url) => set({ token_url: url === '' ? null : url })}
              at={at}
            />
          </details>
        )}
        <ProblemAlert error={verify.error} />
        {verify.data && <VerifyOutcome result={verify.data} />}
      </div>
    </Card>
  );
}
