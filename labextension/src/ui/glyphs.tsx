import React from 'react';

/**
 * Small icons for rows. JupyterLab's own ones parse their picture anew for each place that shows them: with hundreds
 * of rows scrolling by, that is felt.
 */
const glyph = (name: string, path: string) => {
  const Glyph = () => (
    <svg
      className="pd-Glyph"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      focusable="false"
    >
      <path d={path} />
    </svg>
  );
  Glyph.displayName = name;
  return Glyph;
};

export const MoreGlyph = glyph(
  'MoreGlyph',
  'M8 2.500a1.500 1.500 0 1 1 0 3 1.500 1.500 0 0 1 0-3zm0 4a1.500 1.500 0 1 1 0 3 1.500 1.500 0 0 1 0-3zm0 4a1.500 1.500 0 1 1 0 3 1.500 1.500 0 0 1 0-3z'
);
export const CopyGlyph = glyph(
  'CopyGlyph',
  'M5 1h8a1 1 0 0 1 1 1v9h-1.500V2.500H5zM3 4h7a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zm.500 1.500v8h6v-8z'
);
export const CheckGlyph = glyph(
  'CheckGlyph',
  'M13.600 4.200 6.500 12 2.400 8l1-1.100 3 2.900 6.100-6.700z'
);
export const CardsGlyph = glyph(
  'CardsGlyph',
  'M2 2h5v5H2zm7 0h5v5H9zM2 9h5v5H2zm7 0h5v5H9zM3.500 3.500v2h2v-2zm7 0v2h2v-2zm-7 7v2h2v-2zm7 0v2h2v-2z'
);
export const TableGlyph = glyph(
  'TableGlyph',
  'M1.500 2h13v3h-13zm0 4.500h13V8h-13zm0 3h13V11h-13zm0 3h13V14h-13z'
);
export const OptionsGlyph = glyph(
  'OptionsGlyph',
  'M2 3.500h3.300a2 2 0 0 1 3.400 0H14V5H8.700a2 2 0 0 1-3.400 0H2zm0 7.500h5.300a2 2 0 0 1 3.400 0H14v1.500h-3.300a2 2 0 0 1-3.400 0H2z'
);
export const DescendingGlyph = glyph('DescendingGlyph', 'm3 6 5 5 5-5z');
export const AscendingGlyph = glyph('AscendingGlyph', 'm3 10 5-5 5 5z');
