-- Whose order this is, if the last four digits of the phone are right too. Returns nothing else.
SELECT l.id
FROM orders o
JOIN learners l ON l.id = o.learner_id
WHERE o.number = :order_number
  AND SUBSTR(l.phone, LENGTH(l.phone) - 3, 4) = :digits
