-- Every course by which customers may call theirs.
SELECT id, title_zh, title_en
FROM courses
ORDER BY id
