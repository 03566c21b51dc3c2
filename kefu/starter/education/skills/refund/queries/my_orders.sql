-- The customer's orders, how much of each course is learned, and what came of earlier refund requests.
SELECT
  o.number, o.course_id, o.amount_fen, o.paid_at, c.title_zh, c.title_en, c.lessons,
  COALESCE(e.lessons_done, 0) AS lessons_done,
  r.number AS refund_number, r.amount_fen AS refund_fen, r.requested_at, r.state AS refund_state
FROM orders o
JOIN courses c ON c.id = o.course_id
LEFT JOIN enrolments e ON e.order_number = o.number
LEFT JOIN refunds r ON r.order_number = o.number
WHERE o.learner_id = :customer_id
  AND (o.state = 'paid' OR r.number IS NOT NULL)
ORDER BY o.paid_at DESC, o.number
