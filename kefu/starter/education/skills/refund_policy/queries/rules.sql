-- The refund rules in the order in which they are applied.
SELECT text_zh, text_en
FROM refund_rules
ORDER BY number
