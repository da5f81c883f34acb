export { OutgoingHttp, type OutgoingHttpOptions } from './outgoing-http.ts';
