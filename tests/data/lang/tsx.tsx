import React from "react";
// a component
export const View: React.FC<Props> = ({ items }) => {
  const onClick = useCallback(() => items?.length && go(), []);
  return (
    <ul onClick={onClick}>
      {/* comment */}
      {items.map((i) => (i.ok ? <li key={i.id}>{i.name}</li> : null))}
    </ul>
  );
};
function Other() { return <View items={[]} />; }
