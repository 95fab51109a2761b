import { Button, Radio, Stepper, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { api, fieldErrors, must, problemOf, type Schemas } from '../../api/client';
import { channelKindsQuery } from '../../api/queries';
import { PageHead, ProblemAlert } from '../../components/ui';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { CredentialFields, MarketplaceChecks, noCredentials, SandboxFields, VerifyOutcome } from './account';

const accountFields = ['/name', '/marketplace_ids', '/seller_id'];
const keyFields = ['/credentials', '/endpoint_url', '/token_url'];

/**
 * Three steps: the account, its keys, the proof. The channel is created when the keys are first sent; whatever the proof
 * then names is corrected on the same channel.
 */
export function NewChannelPage() {
  const me = useMe();
  const navigate = useNavigate();
  const kinds = useQuery(channelKindsQuery).data ?? [];
  const regions = kinds.flatMap((k) => k.regions);
  const [step, setStep] = useState(0);
  const [name, setName] = useState('');
  const [region, setRegion] = useState<Schemas['Region']>('na');
  const [marketplaces, setMarketplaces] = useState<string[]>([]);
  const [seller, setSeller] = useState('');
  const [credentials, setCredentials] = useState(noCredentials);
  const [endpoint, setEndpoint] = useState('');
  const [token, setToken] = useState('');
  const [created, setCreated] = useState<number | null>(null);

  const verify = useSave({
    run: async () => {
      const body = {
        name,
        marketplace_ids: marketplaces,
        seller_id: seller,
        credentials,
        ...(endpoint ? { endpoint_url: endpoint } : {}),
        ...(token ? { token_url: token } : {}),
      };
      let id = created;
      if (id === null) {
        id = (await must(api.POST('/channels', { body: { kind: 'amazon', region, ...body } }))).id;
        setCreated(id);
      } else {
        await must(api.PATCH('/channels/{id}', { params: { path: { id } }, body }));
      }
      return must(api.POST('/channels/{id}/verify', { params: { path: { id } } }));
    },
    stale: ['channels', 'channel', 'channel-diagnosis'],
    then: () => setStep(2),
  });
  const at = fieldErrors(verify.error);
  const wrongStep = verify.error
    ? (problemOf(verify.error).errors ?? []).some((e) => accountFields.some((f) => e.pointer.startsWith(f)))
    : false;

  return (
    <>
      <PageHead title="Add Amazon channel" sub={<Link to="/integrations">Integrations</Link>} />
      <div className="card narrow stack">
        <Stepper active={step} onStepClick={setStep} allowNextStepsSelect={false} size="sm">
          <Stepper.Step label="Account" description="Region and marketplaces" />
          <Stepper.Step label="Keys" description="Of your application" />
          <Stepper.Step label="Proof" description="Amazon answers" />
        </Stepper>

        {step === 0 && (
          <form
            className="stack"
            onSubmit={(e) => {
              e.preventDefault();
              setStep(1);
            }}
          >
            <TextInput
              label="Name"
              description="Orders come in under this name"
              placeholder="Amazon US"
              required
              autoFocus
              maxLength={100}
              value={name}
              onChange={(e) => setName(e.currentTarget.value)}
              error={at('/name')}
            />
            <Radio.Group
              label="Region"
              value={region}
              onChange={(r) => {
                setRegion(r as Schemas['Region']);
                setMarketplaces([]);
              }}
            >
              <div className="stack tight checks">
                {regions.map((r) => (
                  <Radio key={r.region} value={r.region} label={r.name} disabled={created !== null} />
                ))}
              </div>
            </Radio.Group>
            <MarketplaceChecks
              region={region}
              kinds={kinds}
              value={marketplaces}
              onChange={setMarketplaces}
              at={at}
            />
            <TextInput
              label="Seller id"
              description="The merchant token, in Seller Central under Account Info"
              required
              maxLength={50}
              value={seller}
              onChange={(e) => setSeller(e.currentTarget.value)}
              error={at('/seller_id')}
            />
            {wrongStep && <ProblemAlert error={verify.error} fields={accountFields} />}
            <div className="row end">
              <Button component={Link} to="/integrations" variant="default">
                Cancel
              </Button>
              <Button type="submit" disabled={marketplaces.length === 0}>
                Next
              </Button>
            </div>
          </form>
        )}

        {step === 1 && (
          <form
            className="stack"
            onSubmit={(e) => {
              e.preventDefault();
              verify.mutate();
            }}
          >
            <p className="hint">
              The keys are sealed as soon as they arrive and never shown again. The application needs the
              roles Product Listing and Inventory and Order Tracking.
            </p>
            <CredentialFields value={credentials} onChange={setCredentials} at={at} />
            {me.can('channels', 'full') && (
              <details open={endpoint !== '' || token !== ''}>
                <summary>Sandbox addresses</summary>
                <SandboxFields
                  endpoint={endpoint}
                  token={token}
                  onEndpoint={setEndpoint}
                  onToken={setToken}
                  at={at}
                />
              </details>
            )}
            <ProblemAlert error={verify.error} fields={keyFields} />
            <div className="row end">
              <Button variant="default" onClick={() => setStep(0)}>
                Back
              </Button>
              <Button type="submit" loading={verify.isPending}>
                Connect and verify
              </Button>
            </div>
          </form>
        )}

        {step === 2 && verify.data && (
          <div className="stack">
            <VerifyOutcome result={verify.data} />
            <div className="row end">
              <Button variant="default" onClick={() => setStep(1)}>
                Change the keys
              </Button>
              <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
                Verify again
              </Button>
              <Button
                onClick={() =>
                  void navigate(`/integrations/${created}/${verify.data.ok ? 'listings' : 'details'}`)
                }
              >
                {verify.data.ok ? 'To the listings' : 'Leave it for now'}
              </Button>
            </div>
          </div>
        )}
      </div>
    </>
  );
}
