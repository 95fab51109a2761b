-- FACT. Whom orders are for. One that was merged lends its name to the other: whoever writes it means that one.
CREATE TABLE organization (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,                -- customer
  archived INTEGER NOT NULL DEFAULT 0,
  merged_into INTEGER REFERENCES organization(id), -- never one that was merged itself
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX organization_merged ON organization(merged_into) WHERE merged_into IS NOT NULL;
INSERT INTO organization (name, kind, created_at, updated_at)
  SELECT organization, 'customer', MIN(created_at), MIN(created_at) FROM sales_order
  GROUP BY organization ORDER BY MIN(id);
ALTER TABLE sales_order ADD COLUMN organization_id INTEGER REFERENCES organization(id);
UPDATE sales_order SET organization_id =
  (SELECT g.id FROM organization g WHERE g.name = sales_order.organization);
CREATE INDEX sales_order_organization ON sales_order(organization_id);
ALTER TABLE sales_order DROP COLUMN organization;

-- The status that its orders are being moved to: it takes none in any more.
ALTER TABLE order_status ADD COLUMN replaced_by INTEGER REFERENCES order_status(id);
-- Until now they were listed in order of id.
UPDATE order_status SET position = id;
