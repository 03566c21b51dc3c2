-- Ask for the money of one of the customer's own paid orders. An order has one request at most:
-- asking twice, or running this twice, changes nothing.
INSERT INTO refunds (number, order_number, amount_fen, reason, requested_at, state)
SELECT
  CAST(:number AS TEXT), o.number, CAST(:amount_fen AS INTEGER), CAST(:reason AS TEXT),
  CAST(:requested_at AS TEXT), 'requested'
FROM orders o
WHERE o.learner_id = :customer_id
  AND o.number = :order_number
  AND o.state = 'paid'
ON CONFLICT DO NOTHING
