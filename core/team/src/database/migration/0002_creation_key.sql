-- Repeating a POST with the same Idempotency-Key gives the team that the first one made.
alter table team add column created_by uuid;
alter table team add column creation_key text collate "C";
create unique index team_creation_key on team (created_by, creation_key);
