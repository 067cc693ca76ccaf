import { createElement } from 'react';

/** What a build makes of a tag: bound once, so that it is a short name wherever it is called. */
export const jsxElement = createElement;
