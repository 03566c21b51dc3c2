-- Ask for the invoice of one of the customer's own paid orders. An order has one invoice at most:
-- asking twice, or running this twice, changes nothing.
INSERT INTO invoices (number, order_number, title, tax_number, email, requested_at, state)
SELECT
  CAST(:number AS TEXT), o.number, CAST(:title AS TEXT), CAST(:tax_number AS TEXT), CAST(:email AS TEXT),
  CAST(:requested_at AS TEXT), 'requested'
FROM orders o
WHERE o.learner_id = :customer_id
  AND o.number = :order_number
  AND o.state = 'paid'
ON CONFLICT DO NOTHING
