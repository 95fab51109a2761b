import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import 'virtual:theme.css';
import './app.css';

import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { ProblemError } from './api/client';
import { meQuery } from './api/queries';
import { App } from './App';
import { theme } from './theme';

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // A session that ended shows the sign-in page, wherever it was noticed.
    onError: (error, query) => {
      const ended = error instanceof ProblemError && error.problem.status === 401;
      if (ended && query.queryKey[0] !== 'me') void client.resetQueries({ queryKey: meQuery.queryKey });
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5000,
      // A refusal stays a refusal; only a server that did not answer is asked again.
      retry: (failures, error) =>
        failures < 3 && !(error instanceof ProblemError && error.problem.status < 500),
    },
  },
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    {/* withCssVariables, withGlobalClasses: both write <style> elements; see theme-css.ts */}
    <MantineProvider
      theme={theme}
      forceColorScheme="light"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={client}>
        <Notifications position="bottom-left" autoClose={4000} />
        <BrowserRouter>
          <App />
        </BrowserRouter>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
