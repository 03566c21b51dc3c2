-- Every course by which customers may call an order.
SELECT id, title_zh, title_en
FROM courses
ORDER BY id
