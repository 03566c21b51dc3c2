SELECT subject, count(*) AS courses
FROM courses
GROUP BY subject
ORDER BY subject
