/** `ui/element.ts`, as the build provides it wherever there is a tag. */
declare const jsxElement: typeof import('react').createElement;
