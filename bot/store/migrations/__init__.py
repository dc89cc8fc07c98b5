"""The steps from an empty database to the present tables; a step that was released is never changed."""
