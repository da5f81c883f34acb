import './styles.css';
import { followSystemTheme } from '@gennaker/ui-kit';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createAppRouter } from './app/router.tsx';
import { createQueryClient } from './client/query-client.ts';
import { watchConnection } from './live/watch-connection.ts';

const queryClient = createQueryClient();
const router = createAppRouter(queryClient);
followSystemTheme();
watchConnection();

const place = document.getElementById('root');
if (!place) throw new Error('the page has no #root');
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
