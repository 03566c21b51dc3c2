SELECT id, title_zh, title_en, subject, level, form, lessons, price_fen, count(*) OVER () AS found
FROM courses
WHERE (:subject = '' OR subject = :subject)
  AND (lower(title_zh) LIKE :pattern ESCAPE '!' OR lower(title_en) LIKE :pattern ESCAPE '!')
ORDER BY id
LIMIT :limit OFFSET :offset
