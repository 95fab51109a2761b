import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, must, type Schemas } from '../../api/client';
import { Mark } from '../../components/Shell';
import { ProblemAlert } from '../../components/ui';
import { refresh } from '../../api/live';
import { PasswordForm } from '../settings/MeSection';
import { SecondFactor } from '../settings/SecondFactor';

/** What somebody has to do before anything else: the server refuses all other requests until then. */
export function MustDoPage({ what }: { what: NonNullable<Schemas['Me']['must_do']> }) {
  const client = useQueryClient();
  const again = () => void refresh(client, 'me');
  const signOut = useMutation({
    mutationFn: () => must(api.DELETE('/session')),
    onSuccess: () => {
      client.clear();
      again();
    },
  });
  return (
    <main className="sign-in">
      <div className="card stack">
        <div className="row">
          <Mark />
          <h1 className="sign-in-title">
            {what === 'change_password' ? 'Choose a password' : 'Second factor'}
          </h1>
        </div>
        {what === 'change_password' ? (
          <>
            <p>The one you signed in with was for once, or is a year old.</p>
            <PasswordForm />
          </>
        ) : (
          <>
            <p>Your role needs an authenticator.</p>
            <SecondFactor enabled={false} done={again} />
          </>
        )}
        <ProblemAlert error={signOut.error} />
        <Button variant="subtle" loading={signOut.isPending} onClick={() => signOut.mutate()}>
          Sign out
        </Button>
      </div>
    </main>
  );
}
