-- The customer's orders with the invoice that was asked for, if any, and whether money goes back.
SELECT
  o.number, o.course_id, o.amount_fen, c.title_zh, c.title_en, l.name,
  i.number AS invoice_number, i.title AS invoice_title, i.email AS invoice_email,
  i.requested_at, i.state AS invoice_state,
  CASE WHEN r.state IN ('requested', 'approved', 'paid') THEN r.state ELSE '' END AS refund_state
FROM orders o
JOIN learners l ON l.id = o.learner_id
JOIN courses c ON c.id = o.course_id
LEFT JOIN invoices i ON i.order_number = o.number
LEFT JOIN refunds r ON r.order_number = o.number
WHERE o.learner_id = :customer_id
ORDER BY o.paid_at DESC, o.number
