-- Remembers what is in the tables now, and puts it back there on demand, where something has changed. The copies have names of
-- their own: who looks a table up in the catalogue by its name finds one.
-- TRUNCATE would make every table and index anew: here rows are few, and DELETE costs a hundredth.

CREATE SCHEMA as_migrated;

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE as_migrated.%I AS TABLE public.%I', 'was_' || name, name);
    END LOOP;
END $$;

CREATE VIEW as_migrated."the tables" AS
    SELECT relname AS name, string_agg(quote_ident(attname), ', ') AS columns
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    GROUP BY relname;

CREATE TABLE as_migrated."the sequences" AS
    SELECT format('public.%I', sequencename)::regclass AS sequence, start_value, last_value FROM pg_sequences WHERE schemaname = 'public';

CREATE FUNCTION as_migrated.is_changed(name text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    answer boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS ((TABLE public.%1$I EXCEPT TABLE as_migrated.%2$I) UNION ALL (TABLE as_migrated.%2$I EXCEPT TABLE public.%1$I))',
        name, 'was_' || name
    ) INTO answer;
    RETURN answer;
END $$;

-- Foreign keys are asked when all is in place; our triggers are about people's changes, not about these.
CREATE FUNCTION as_migrated.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    changed record;
    done text[] := '{}';
    name text;
BEGIN
    SET CONSTRAINTS ALL DEFERRED;
    -- Of the job library, whose keys are asked at once: no migration leaves a row there, a worker does.
    DELETE FROM public.procrastinate_periodic_defers;
    DELETE FROM public.procrastinate_events;
    DELETE FROM public.procrastinate_jobs;
    DELETE FROM public.procrastinate_workers;
    FOR changed IN SELECT * FROM as_migrated."the tables" AS one WHERE as_migrated.is_changed(one.name) LOOP
        EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER USER', changed.name);
        EXECUTE format('DELETE FROM public.%I', changed.name);
        EXECUTE format(
            'INSERT INTO public.%1$I (%2$s) SELECT %2$s FROM as_migrated.%3$I', changed.name, changed.columns, 'was_' || changed.name
        );
        done := done || changed.name::text;
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;
    FOREACH name IN ARRAY done LOOP
        EXECUTE format('ALTER TABLE public.%I ENABLE TRIGGER USER', name);
    END LOOP;
    PERFORM setval(sequence, coalesce(kept.last_value, kept.start_value), kept.last_value IS NOT NULL)
    FROM as_migrated."the sequences" AS kept
    WHERE pg_sequence_last_value(sequence) IS DISTINCT FROM kept.last_value;
END $$;
