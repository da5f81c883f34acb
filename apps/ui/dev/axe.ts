/** The accessibility rules as one script, to be run inside a page. */
export { source as axeSource } from 'axe-core';
